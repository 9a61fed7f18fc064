"""The processes of one machine. In reading order:

tether         ties a process to its parent
child          one process
supervisor     keeps processes alive, and ends them
data_folder    the data folder, its lock and its record
orphans        ends what a killed stack left running
database       the tables, brought up to date
listener       the API's socket
provider       what the models will run on
celery_worker  what `worker` becomes
processes      which processes there are
stack          all of them, up and down
own            the settings of a stack that `run` starts for itself
"""
