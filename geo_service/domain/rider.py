"""Riders are known by pseudonyms only."""

import hmac

LENGTH = 16


def pseudonym(rider_id: str, key: bytes) -> str:
    """Turn a rider's id into a keyed hash of 16 hexadecimal digits.

    Parameters
    ----------
    rider_id : str
        As the device or file names the rider.
    key : bytes
        The secret of this installation; without it a pseudonym can't be recomputed.
    """
    return hmac.digest(key, rider_id.encode(), "sha256").hex()[:LENGTH]
