/* What is going on, on a terminal: one line on stderr that is written over and goes away. Nothing elsewhere. */
#ifndef TENON_CLI_PROGRESS_H
#define TENON_CLI_PROGRESS_H
#include <stdint.h>

void progress_say(const char *what);
/* For graph_eval: node of nodes, behind what was said last. */
void progress_count(uint32_t done, uint32_t of);
void progress_end(void);
#endif
