"""kokoroctl book render: a book to files of sound, which may be stopped anywhere and gone on with.

choices.py   what is asked for                    speaking.py  a part, by the daemon
plan.py      the parts of a book, their keys      files.py     parts to a file of sound
work.py      the work folder: parts, manifest     ffmpeg.py    one file with chapters' marks
run.py       the whole run                        captions.py  .srt and .vtt
progress.py  what is told meanwhile               wording.py   who says what, and otherwise
loudness.py  as loud as is asked                  overlays.py  an EPUB that reads itself
clips.py     what of a paragraph is heard when
"""
