"""Programs and libraries of a machine, as far as kokorod asks them something."""
