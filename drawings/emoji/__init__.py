"""The emoji, one for each class: `python -m drawings.emoji` writes those in emojis/ anew."""
