"""The registry of carbon credits. Nothing is imported here, so that the domain loads no Flask."""
