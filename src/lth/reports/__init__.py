"""What readers see: folders of figures, the gallery, README's map, citations, executed notebooks."""
