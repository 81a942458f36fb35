"""How amounts, points and times are written for people; the home of babel."""
