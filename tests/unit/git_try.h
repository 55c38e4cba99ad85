/* A scratch directory in which the git command makes a repository, "source", for mirrors of it. */
#ifndef TESTS_GIT_TRY_H
#define TESTS_GIT_TRY_H

extern char git_root[];

/* Makes the directory and runs a script in it, which makes the repository; a group's setup. */
int git_setup(const char *script);
int git_teardown(void **state);

/* Runs a script there: its status, and its last line of output in `out` unless that is NULL. */
int git_run(char out[256], const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The object id that a name stands for in the repository. */
void git_resolve(const char *name, char out[256]);
/* A file with a pack of what `revs` names (words of the shell), open for reading. */
int git_pack(const char *revs, const char *options);

#endif
