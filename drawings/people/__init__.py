"""Who is drawn: a person, an expression, a setting, and chance."""
