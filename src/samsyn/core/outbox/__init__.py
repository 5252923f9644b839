"""
What is to be sent is written here, in the transaction of the act that it tells of; the worker sends it.

So a message never tells of something that was not saved, and nothing that was saved goes untold. `writing` puts
messages in, `sending` is the worker's part, `handling` is what a person does with those that could not be sent.
"""

from samsyn.core.outbox.writing import ask_before_putting, put

__all__ = ["ask_before_putting", "put"]
