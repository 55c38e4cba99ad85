"""What changed since an earlier run: it is found, it stands while it stands, and it ends when mended."""

from conftest import TREE, TREE_FULL
from forge import faults


def test_a_tag_that_moved(past):
    old, new = past.commit("1.0"), past.commit("1.1")
    past.git("tag", "-f", "v1.0", new)
    assert past.scan() == [("tag-moved", "1.0", "new", "critical")]
    evidence = past.evidence("tag-moved")
    assert (evidence["old_commit"], evidence["new_commit"]) == (old, new)
    assert evidence["published_before"] is True
    assert past.scan() == [("tag-moved", "1.0", "open", "critical")]
    past.git("tag", "-f", "v1.0", old)
    assert past.scan() == [("tag-moved", "1.0", "resolved", "critical")]
    assert past.scan() == []


def test_a_tag_that_is_gone(past):
    old = past.commit("1.1")
    past.git("tag", "-d", "v1.1")
    assert past.scan() == [("tag-deleted", "1.1", "new", "high")]
    assert past.evidence("tag-deleted")["commit"] == old
    # What cannot be looked at neither ends nor begins anything.
    past.forge.fault(f"/{TREE_FULL}.git/", faults.html(502))
    assert past.scan() == [("tag-deleted", "1.1", "open", "high")]
    past.forge.heal()
    past.git("tag", "v1.1", old)
    assert past.scan() == [("tag-deleted", "1.1", "resolved", "high")]


def test_a_tag_that_was_made_again_elsewhere(past):
    past.git("tag", "-d", "v1.1")
    past.scan()
    past.git("tag", "v1.1", past.commit("1.2"))
    assert sorted(past.scan()) == [("tag-deleted", "1.1", "resolved", "high"),
                                   ("tag-moved", "1.1", "new", "critical")]


def test_a_file_that_was_replaced(past):
    def replace(published):
        row = published["releases"]["1.1"][0]
        past.old, past.new = row["digests"]["sha256"], row["digests"]["sha256"][::-1]
        row["digests"]["sha256"] = past.new

    past.publish(replace)
    assert past.scan() == [("file-replaced", "1.1", "new", "critical")]
    evidence = past.evidence("file-replaced")
    assert (evidence["old_sha256"], evidence["new_sha256"]) == (past.old, past.new)


def test_a_release_that_is_gone(past):
    past.publish(lambda published: published["releases"].pop("1.0"))
    assert past.scan() == [("release-vanished", "1.0", "new", "medium")]
    past.publish(lambda published: None)
    assert past.scan() == [("release-vanished", "1.0", "resolved", "medium")]


def test_a_release_that_was_yanked(past):
    def yank(published):
        for row in published["releases"]["1.0"]:
            row |= {"yanked": True, "yanked_reason": "broken"}

    past.publish(yank)
    assert past.scan() == [("yanked-since", "1.0", "new", "info")]
    assert past.evidence("yanked-since")["reason"] == "broken"


def test_an_index_that_names_somebody_else(past):
    def move(published):
        published["info"]["project_urls"] = {"Repository": f"https://github.com/somebody/{TREE}"}

    past.publish(move)
    assert past.scan() == [("link-changed", None, "new", "high")]
    assert past.evidence("link-changed")["old_link"] == "mutual"


def test_a_branch_that_was_rewritten(past):
    old, base = past.git("rev-parse", "main"), past.git("rev-parse", "main~1")
    tree = past.git("rev-parse", "main^{tree}")
    new = past.git("-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree", tree, "-p", base,
                   "-m", "another")
    past.git("update-ref", "refs/heads/main", new)
    assert past.scan() == [("default-branch-rewritten", None, "new", "high")]
    evidence = past.evidence("default-branch-rewritten")
    assert (evidence["old_tip"], evidence["new_tip"]) == (old, new)
    # It goes on from there: still rewritten. A merge brings it back.
    more = past.git("-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree", tree, "-p", new,
                    "-m", "more")
    past.git("update-ref", "refs/heads/main", more)
    assert past.scan() == [("default-branch-rewritten", None, "open", "high")]
    merge = past.git("-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree", tree, "-p", more,
                     "-p", old, "-m", "merge")
    past.git("update-ref", "refs/heads/main", merge)
    assert past.scan() == [("default-branch-rewritten", None, "resolved", "high")]


def test_an_ordinary_push(past):
    tree = past.git("rev-parse", "main^{tree}")
    new = past.git("-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree", tree, "-p", "main",
                   "-m", "more")
    past.git("update-ref", "refs/heads/main", new)
    assert past.scan() == []
