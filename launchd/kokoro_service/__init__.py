"""kokorod as a login item: what is written where, and who is told.

job.py           what is to run: program, environment, socket, log
launch_agent.py  the job as a LaunchAgent           units.py  as systemd user units
launchd.py       launchctl                          systemd.py  systemctl --user
background.py    neither of them: a detached process, found by its lock
detect.py        which of the three it is here
"""
