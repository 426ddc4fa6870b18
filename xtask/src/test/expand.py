"""Expands a SAM template as CloudFormation's transform does, without AWS.

Arguments: the template, and a file of parameter values (one JSON object). Prints the expanded template as JSON.
"""

import json
import os
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


def local_code(template):
    """Puts an address in S3 where the packaging would: the code itself is none of this program's business."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "bucket", "Key": "key"}
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    return template


def main(template_path, values_path):
    with open(template_path, encoding="utf-8") as file:
        template = local_code(yaml_parse(file.read()))
    with open(values_path, encoding="utf-8") as file:
        values = json.load(file)
    session = boto3.session.Session(region_name=os.environ["AWS_DEFAULT_REGION"])
    codedeploy = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
    translator = Translator({"AWSCodeDeployRoleForLambda": codedeploy}, Parser(), boto_session=session)
    json.dump(translator.translate(template, values), sys.stdout)


main(*sys.argv[1:])
