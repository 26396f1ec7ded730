"""CleanCash type A on a serial cable."""
