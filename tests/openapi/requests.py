"""Hooks of schemathesis: which of its requests are sent.

The local gateway answers a bare 500 itself where a body under JSON is no UTF-8. AWS's gateway hands such a body on, and
`contracts/rules/bodies.rs` tests what the functions answer to it."""

import schemathesis


@schemathesis.hook
def filter_case(context, case):
    if not isinstance(case.body, bytes):
        return True
    try:
        case.body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
