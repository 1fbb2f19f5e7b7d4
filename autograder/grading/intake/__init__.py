"""How submissions come in: folders, archives of course systems, rosters, names."""
