"""Taking what comes through a channel in batches, so that each is one write to the disk."""

from typing import TypeVar

import trio

T = TypeVar("T")


async def next_batch(channel: trio.MemoryReceiveChannel[T], *, most: int, within: float) -> list[T]:
    """Wait for one item, then take what comes in the next `within` seconds, up to `most`; empty at the channel's end.

    Cancelling it loses what was taken: who must not lose any closes the channel instead.
    """
    try:
        batch = [await channel.receive()]
    except trio.EndOfChannel:
        return []
    with trio.move_on_after(within):
        while len(batch) < most:
            try:
                batch.append(channel.receive_nowait())
            except trio.WouldBlock:
                try:
                    batch.append(await channel.receive())
                except trio.EndOfChannel:
                    break
            except trio.EndOfChannel:
                break
    return batch
