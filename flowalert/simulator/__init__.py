"""An LS server of our own: token endpoint, websocket, a market, faults.

`server.open_simulator` runs it, `market.day_frames` gives a day of frames without a socket, and `scenario`
describes the file that scripts one.
"""
