"""What an alliance is: values, the two machines, and the decision that follows each event. Pure: no IO, no clock."""
