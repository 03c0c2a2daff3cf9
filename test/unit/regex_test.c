/* Regular expressions: what the machines accept, and what is refused. The answers are those of RE2. */
#include "import/onnx/regex.h"
#include "base/str.h"
#include "runtime/snippet/text_match.h"
#include "test/unit/check.h"

/* Strings that are accepted, then those that are not, each list joined by commas. */
static const struct {
    const char *pattern, *yes, *no;
} cases[] = {
    {"", "", "a"},
    {"a*", ",a,aaa", "b,ab"},
    {"(a|bc)+?d{2}", "add,bcadd", "dd,ad,adddd"},
    {"x{2,3}", "xx,xxx", "x,xxxx"},
    {"x{y}", "x{y}", "x,xy"},
    {".", "a,\xc3\xa9,\xe2\x98\x83,\xf0\x9f\x8e\x84", ",\n,ab,\xff,\xc3"},
    {"(?s:.)", "\n", ""},
    {"[^a]", "b,\n,\xe2\x98\x83", "a,"},
    {"[\xc3\xa0-\xc3\xbc]", "\xc3\xa9", "e,\xc3\x9f"},
    {"[]a\\-]+", "]-a", "b"},
    {"[[:alpha:]_][[:^digit:]]", "a_,__,Z.", "1a,a1"},
    {"\\d\\D\\w\\W\\s\\S", "1a_. x", "1a_._x"},
    {"\\x41\\x{2603}\\n\\.\\101", "A\xe2\x98\x83\n.A", "A"},
    {"\\Qa.b*\\E+", "a.b*,a.b**", "axb*"},
    {"(?i)k\xc3\xa9", "K\xc3\x89,\xe2\x84\xaa\xc3\xa9", "ke"},
    {"(?i:a)b", "Ab,ab", "AB"},
    {"(\\W|^)[\\w.\\-]{0,25}@(yahoo|gmail)\\.com(\\W|$)", "a.b@gmail.com,@yahoo.com!", "a@gmailxcom,a@gmail.com!!"},
    {"www\\.[\\w.-]+\\.\\bcom\\b", "www.a.com,www.x-y.z.com", "www.com,www.a.come"},
    {"a\\Bb\\b.*", "ab,ab c", "abc"},
    {"a$|^b", "a,b", "ab"},
    {"(?m)a$\n^b", "a\nb", "ab"},
    {"\\Aa\\z", "a", "a\n"},
    {"(?P<name>a)(?<other>b)(?:c)", "abc", "ab"},
    {"(a*)*b", "aab,b", "a"},
    {"[\\s\\d]{2}", "1 , 1", "a1"},
};

static const struct {
    const char *pattern, *error;
} wrong[] = {
    {"(a", "a parenthesis is not closed at byte 2"},
    {"a)", "a parenthesis is not opened at byte 1"},
    {"*a", "nothing stands before a repetition at byte 0"},
    {"a**", "a repetition follows another at byte 2"},
    {"[a", "a class [ does not end at byte 2"},
    {"[b-a]", "a range runs backwards at byte 4"},
    {"[[:no:]]", "the class is unknown at byte 1"},
    {"\\1", "references to groups are no regular expressions at byte 1"},
    {"\\pL", "classes of Unicode (\\p) are not supported at byte 1"},
    {"\\", "a backslash stands at the end at byte 1"},
    {"(?=a)", "groups of this kind are not supported at byte 2"},
    {"a{1001}", "a repetition is out of range at byte 1"},
    {"\\x{110000}", "a number in base 16 is wrong at byte 9"},
    {"\xff", "the pattern is no UTF-8 at byte 0"},
    {"(((a{100}){100}){100}){100}", "the pattern is too large at byte 4"},
    {"(a|b)*a(a|b){14}", "its machine is too large"},
};

static void accepts(const char *pattern, const char *machine, const char *list, int want) {
    char copy[256];
    snprintf(copy, sizeof copy, "%s", list);
    for (char *s = copy, *end; s; s = end ? end + 1 : NULL) {
        end = strchr(s, ',');
        if (end) *end = 0;
        if (!CHECK(text_match(s, machine) == want)) fprintf(stderr, "  /%s/ and \"%s\"\n", pattern, s);
    }
}

int main(void) {
    Arena *a = arena_new("regex");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *error = NULL, *machine = regex_machine(a, a, cases[i].pattern, &error);
        if (!CHECK(machine != NULL)) {
            fprintf(stderr, "  /%s/: %s\n", cases[i].pattern, error ? error : "");
            continue;
        }
        accepts(cases[i].pattern, machine, cases[i].yes, 1);
        accepts(cases[i].pattern, machine, cases[i].no, 0);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *error = NULL;
        CHECK(!regex_machine(a, a, wrong[i].pattern, &error));
        CHECK_TEXT(error, wrong[i].error);
    }
    arena_free(a);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
