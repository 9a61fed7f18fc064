"""The processes of one machine. In reading order:

tether         ties a process to its parent
child          one process
supervisor     keeps processes running, and ends them
data_folder    the data folder, its lock and its record
orphans        ends what a killed stack left running
reachability whether database, queue and store answer
database       brings the tables up to date
listener       the API's socket
provider       what the models will run on
celery_worker  the program of a worker
worker_program how it is started
processes      which processes there are
stack          starts and stops all of them
delivery       waits until results are written elsewhere
own            the settings of a stack that `run` starts for itself
"""
