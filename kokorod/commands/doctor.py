HELP = "x"


def add_arguments(parser):
    pass


def run(args, context):
    return 0
