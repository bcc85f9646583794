"""Vector tiles: pieces of layers of a map, as Mapbox Vector Tiles tell them."""
