module windlass.io/drain

go 1.25.0
