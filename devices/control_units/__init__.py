"""Control units (kontrollenheter), one folder per brand and wire."""
