"""What is kept: SQL stands here and nowhere else."""
