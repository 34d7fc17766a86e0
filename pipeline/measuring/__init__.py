"""How well a model does: figures, intervals, what it says of a split."""
