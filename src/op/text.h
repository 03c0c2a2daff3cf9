/* Functions of strings, as the generated code has them, for the interpreter. */
#ifndef TENON_OP_TEXT_H
#define TENON_OP_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "runtime/snippet/text_length.h"
#include "runtime/snippet/text_byte.h"
#include "runtime/snippet/text_space.h"
#include "runtime/snippet/text_split.h"
#include "runtime/snippet/text_parts.h"
#include "runtime/snippet/text_part.h"
#include "runtime/snippet/text_part_end.h"
#include "runtime/snippet/text_letter.h"
#include "runtime/snippet/text_change.h"
#include "runtime/snippet/text_cased.h"
#include "runtime/snippet/text_cased_length.h"
#include "runtime/snippet/text_match.h"
#endif
