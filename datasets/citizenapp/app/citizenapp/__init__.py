"""CitizenApp: a small multi-tenant service whose endpoints load the same data in different ways."""
