"""What can be done: one function a command. Only here do transactions begin and end."""
