"""Where docai is put together: on one machine, as a service, as a worker; and nowhere else."""
