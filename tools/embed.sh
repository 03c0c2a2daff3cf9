#!/bin/sh
# embed.sh FILE...  prints C: a table {file name, text} of the files, for emit/skel.h
echo '#include "emit/skel.h"'
echo 'const Skeleton skeletons[] = {'
for f; do
    printf '    {"%s",\n' "$(basename "$f")"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/        "/' -e 's/$/\\n"/' "$f"
    echo '    },'
done
echo '    {0, 0},'
echo '};'
