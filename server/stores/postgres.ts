/** The store for any number of processes, on PostgreSQL. (Being written: see server/stores/postgres/.) */
