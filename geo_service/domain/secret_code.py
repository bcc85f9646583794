"""Short codes that only this installation can make, so that they can't be guessed."""

import base64
import hmac

LENGTH = 10


def secret_code(use: str, subject: str, key: bytes, length: int = LENGTH) -> str:
    """Make the code of something.

    Parameters
    ----------
    use : str
        What the code is for; the codes of one use say nothing about those of another, nor about
        pseudonyms, which are made with the same secret.
    subject : str
        What the code is of.
    key : bytes
        The secret of this installation.
    length : int
        Of the code, 51 at most.

    Returns
    -------
    str
        Capital letters and digits from 2 to 7, five bits each. Raises nothing.
    """
    own_key = hmac.digest(key, f"\0{use}".encode(), "sha256")
    told = hmac.digest(own_key, subject.encode(errors="surrogatepass"), "sha256")
    return base64.b32encode(told).decode()[:length]


def is_code(told: str, code: str) -> bool:
    """Say whether what somebody told is a code, however it was typed, in the same time always."""
    return hmac.compare_digest(told.strip().upper().encode(errors="replace"), code.encode())
