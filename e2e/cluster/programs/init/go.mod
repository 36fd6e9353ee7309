module windlass.io/e2e/init

go 1.26
