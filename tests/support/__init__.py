"""What tests share: the toy model, fakes at the machine's border, daemons, loudspeakers."""
