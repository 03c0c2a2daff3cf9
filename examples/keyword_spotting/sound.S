/* The bytes of the file WAV, in the flash. */
    .section .rodata
    .balign 4
    .global sound_begin, sound_end
sound_begin:
    .incbin WAV
sound_end:
