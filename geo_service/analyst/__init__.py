"""The face for analysts: GeoDataFrames in and out, EPSG:4326, times with a zone.

Everything here hands over to the floors below and turns their answers into frames; there are no
rules of its own. Longitude stands before latitude wherever both are given.
"""
