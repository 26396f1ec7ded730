"""CleanCash online and Multi User: XML over HTTP."""
