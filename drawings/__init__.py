"""Our own drawn people: the sample dataset, the example faces of the page, the emoji."""
