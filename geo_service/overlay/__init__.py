"""Where routes pass issues: passes, exposure and heat. Pure: arrays in, arrays out."""
