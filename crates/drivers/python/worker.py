"""Where the worker begins: beside its package, so that no file of the working directory can take a module's place."""

from fetchscope_lane.channel import Channel

if __name__ == "__main__":
    # Before anything large is imported: that takes a moment, and whoever waits wants to hear that this program lives.
    channel = Channel()
    from fetchscope_lane import worker

    worker.serve(channel)
