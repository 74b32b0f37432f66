"""Renders chat templates as transformers does: a JSON array of templates in, one of texts or null out.

    python render_templates.py < TEMPLATES.json
"""

import json
import sys

from transformers.utils.chat_template_utils import _compile_jinja_template


def render(template, content):
    try:
        return _compile_jinja_template(template).render(
            messages=[{"role": "user", "content": content}], add_generation_prompt=True, bos_token="", eos_token=""
        )
    except Exception:
        return None


MESSAGE = "hello there"
PARTS = [{"type": "text", "text": MESSAGE}]
print(json.dumps([[render(one, MESSAGE), render(one, PARTS)] for one in json.load(sys.stdin)]))
