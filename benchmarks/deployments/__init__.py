"""The system while it is measured. In reading order:

jobs             jobs of made-up items
instant_worker   a worker whose analysis takes no time
simulated_slots  slots that sleep in place of models
servers          PostgreSQL, Valkey, API, dispatcher, workers
pollers          clients that ask for the status of jobs
"""
