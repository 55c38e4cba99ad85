/*
 * Messages for the person at the terminal or the reader of a log; always standard error, never
 * data. Texts are escaped here, so callers pass names of strangers as they are. Never pass a
 * secret: log_secret() registers what must not be printed, and every line is checked against it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_message(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_DEBUG, __VA_ARGS__)

/* From now on every occurrence of this text in a message is replaced by asterisks. The text is
   copied and kept for good; short ones (under 8 bytes) are ignored, as they would eat words. */
void log_secret(const char *secret);
/* Replaces registered secrets, and the beginnings that a cut left of them (8 bytes or more beyond
   what names the kind of token, as "github_pat_"), in place by asterisks. Texts of errors and
   header lines of answers went through it. */
void log_redact(char *text);

/* The line on a terminal that stays below all messages (progress); it replaces the one before. NULL
   takes it away. */
void log_status(const char *line);

#endif
