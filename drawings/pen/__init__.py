"""What everything is drawn with: outlines, colours, the canvas."""
