"""The command kokoroctl. One file a command; main.py loads the one that is asked for."""
