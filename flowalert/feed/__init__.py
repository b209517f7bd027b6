"""The exchange's side: token, websocket, decoding, order of updates."""
