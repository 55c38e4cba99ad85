"""A repository that is called otherwise today is one repository, under whatever names it is asked."""

import pytest
from conftest import facts, unknowns
from forge import demo, faults
from forge.answer import Answer

OLD, NEW = f"{demo.OWNER}/skiff", f"{demo.OWNER}/buoy"


@pytest.fixture
def renamed(small_drift, small_forge):
    small_forge.world.moved[OLD] = NEW
    return small_drift


def repositories(drift):
    return {row["repository"] for row in drift.report()["packages"]}


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)])
def test_two_names_in_one_call(renamed, make_drift, small_forge, names):
    renamed.scan("--repo", NEW)
    both = make_drift(small_forge.url)
    both.scan("--repo", names[0], "--repo", names[1])
    assert facts(both.report()) == facts(renamed.report())
    assert repositories(both) == {"buoy"}


def test_a_former_name_beside_the_listing(renamed, make_drift, small_forge):
    renamed.scan(demo.OWNER)
    both = make_drift(small_forge.url)
    both.scan(demo.OWNER, "--repo", OLD)
    assert facts(both.report()) == facts(renamed.report())
    flags = "SELECT archived, fork FROM repository WHERE name = 'buoy'"
    assert both.query(flags) == [(0, 0)], "what the listing told stays"


def test_a_package_said_to_be_in_a_former_name(renamed, make_drift, small_forge):
    """Also when the listing has looked at the repository before: the link holds in both orders."""
    both = make_drift(small_forge.url)
    both.scan(demo.OWNER, "--package", f"buoy={OLD}")
    links = {row["package"]: row["link"] for row in both.report()["packages"]}
    assert links["buoy"] == "configured"


def test_what_was_learned_under_the_former_name_is_kept(small_drift, small_forge):
    world = small_forge.world
    small_drift.scan("--repo", NEW)
    later = f"{demo.OWNER}/lifebuoy"
    world.directories[later] = world.git_directory(world.repository(NEW))
    world.repository(NEW).update(full_name=later, name="lifebuoy")
    world.moved[NEW] = later
    small_forge.forget()
    small_drift.scan("--repo", NEW)
    assert repositories(small_drift) == {"lifebuoy"}
    assert small_drift.query("SELECT count(*) FROM repository_id") == [(1,)]
    assert small_forge.requests("fetch") == [], "nothing moved but the name"


@pytest.fixture
def former_url(small_forge, small_drift):
    """The index still names the repository as it was called when it was published."""
    urls = small_forge.world.documents["buoy"]["info"]["project_urls"]
    for label, url in urls.items():
        urls[label] = url.replace(NEW, OLD)
    small_forge.world.moved[OLD] = NEW
    return small_drift


def links(drift):
    return {row["package"]: row["link"] for row in drift.report()["packages"]}


@pytest.mark.parametrize("what", [[demo.OWNER], ["--repo", NEW]])
def test_the_index_names_a_former_name(former_url, what):
    """With a listing the forge's numeric id tells, without one git's own redirect."""
    former_url.scan(*what)
    assert links(former_url)["buoy"] == "mutual"


def test_whether_it_is_a_former_name_is_unknown(former_url, small_forge):
    small_forge.fault(f"GET /api/v3/repos/{OLD}", faults.html(502))
    assert former_url.scan(demo.OWNER).returncode == 3
    report = former_url.report()
    assert unknowns(report) == {("buoy", "links"): "http-error"}
    assert {row["package"]: row["status"] for row in report["packages"]}["buoy"] == "unknown"
    assert report["findings"] == []
    small_forge.heal()
    former_url.scan(demo.OWNER)
    assert links(former_url)["buoy"] == "mutual"


def test_a_host_that_redirects_the_advertisement_alone(renamed, small_forge):
    """As some do: whoever asks for more at the old name is told that there is nothing."""

    def only_get(request, answer):
        return answer if request.method == "GET" else Answer(404, {}, b"not found")

    small_forge.fault(f"{OLD}.git", only_get)
    assert renamed.scan("--repo", OLD).returncode == 0
    assert repositories(renamed) == {"buoy"}
