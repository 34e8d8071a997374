"""Building blocks in torch that several networks share."""
