#!/bin/sh
# The man page, from what the program says about itself:
#     tools/man.sh build/tenon >doc/tenon.1
set -eu
tenon=$1
unset ARGP_HELP_FMT
version=$("$tenon" --version)

# Standard input: `tenon COMMAND --help`. The section of one command.
section() { # name, arguments
    printf '.SS tenon %s %s\n' "$1" "$2"
    awk '
    function plain(s) {
        gsub(/\\/, "\\e", s)
        gsub(/-/, "\\-", s)
        sub(/^[.\047]/, "\\\\\\&&", s)
        return s
    }
    function option(s) { # "-o, --output=DIR" -> names bold, arguments italic
        s = plain(s)
        if (match(s, /=.*/)) s = substr(s, 1, RSTART - 1) "\\fR=\\fI" substr(s, RSTART + 1)
        return "\\fB" s "\\fR"
    }
    /^Usage:/ { next }
    /^Mandatory or optional|^for any corresponding/ { next }
    /^Example:/ {
        print ".PP\nExample:"
        sub(/^Example: */, "")
        if ($0 != "") print ".PP\n.nf\n    " plain($0) "\n.fi"
        example = 1
        next
    }
    example && /^  / { print (example++ == 1 ? ".PP\n.nf\n" : "") "  " plain($0); next }
    /^ +-/ {
        options = 1
        common = /--help|--usage|--version/
        if (common) next
        head = $0
        text = ""
        if (substr($0, 29, 1) == " " && substr($0, 30, 1) != " ") { # argp puts the text there, or on the next line
            head = substr($0, 1, 28)
            text = substr($0, 30)
            sub(/ +$/, "", head)
        }
        sub(/^ +/, "", head)
        print ".TP\n" option(head)
        if (text != "") print plain(text)
        next
    }
    options && /^ +[^ ]/ {
        sub(/^ +/, "")
        if (!common) print plain($0)
        next
    }
    !options && NF { print plain($0) }
    END { if (example > 1) print ".fi" }'
}

cat <<END
.\\" Made by tools/man.sh from the program's own help; \`make doc' makes it again.
.TH TENON 1 "" "$version" "User Commands"
.SH NAME
tenon \\- ahead\\-of\\-time compiler from neural networks to C
.SH SYNOPSIS
.B tenon
.I COMMAND
[\\fIOPTION\\fR]... [\\fIMODEL\\fR]
.SH DESCRIPTION
.B tenon
reads a trained model (ONNX, or its own text or JSON form), optimises it as one graph and writes plain C:
one function for each fused operator, weights in the order in which the functions read them, one static memory plan and
a documented header. The C needs no engine, no heap and no start\\-up work.
.PP
Commands that run the model (\\fBrun\\fR, \\fBverify\\fR, \\fBbench\\fR, \\fBprofile\\fR) write the C and build it with the
target's compiler; all but \\fBprofile\\fR keep the result for the next time.
.PP
Every command takes \\fB\\-\\-help\\fR (\\fB\\-?\\fR), \\fB\\-\\-usage\\fR and \\fB\\-\\-version\\fR (\\fB\\-V\\fR).
Long names may be shortened as far as they stay unambiguous.
.SH COMMANDS
END
"$tenon" --help | sed -n 's/^  tenon \([a-z]*\) *\(.*\)$/\1 \2/p' | while read -r name rest; do
    arguments=$(printf '%s' "$rest" | sed -E 's/  .*//; s/^[a-z].*//; s/-/\\-/g')
    "$tenon" "$name" --help </dev/null | section "$name" "$arguments"
done
cat <<END
.SH EXIT STATUS
.TP
0
done
.TP
1
the input or the data were at fault
.TP
2
wrong usage
.PP
A command that failed leaves no half\\-written file behind.
.SH ENVIRONMENT
.TP
.B CC
the C compiler, with options if wanted, instead of the target's own
.TP
.B TENON_PYTHON
the python that has the packages of the engines of \\fBbench \\-\\-vs\\fR
.TP
.B XDG_CACHE_HOME
compiled models are kept in its folder tenon, else in ~/.cache/tenon
.TP
.B TENON_CACHE_MB
how large that folder may become
.TP
.B TMPDIR
for temporary files
.SH SEE ALSO
.BR cc (1),
the project's folder
.IR doc/ .
END
